"""Plain calculation: values in, values out, exact, ordered to the last tie."""
