package io.transvisor.console.rfb.security;

/** What a client that has been let in may do. */
public enum Access {
  FULL,
  /** Look, but neither type nor point nor restart the machine. */
  VIEW_ONLY
}
