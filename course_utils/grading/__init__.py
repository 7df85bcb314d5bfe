"""Grading: exercises made from solutions, notebooks stored executed, and submissions validated by nbval."""
