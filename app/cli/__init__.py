"""The command `xuebao`: what operators and outside checks call. Edges only; each command loads what it runs."""
