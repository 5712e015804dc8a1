"""Who may use the page: names with passwords, visits, and the slowing of wrong tries."""
