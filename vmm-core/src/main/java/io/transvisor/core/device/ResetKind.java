package io.transvisor.core.device;

/** Why a device is being reset. */
public enum ResetKind {
  /** Power has just come on: everything takes its power-up value. */
  POWER_ON,
  /** The RESET wire: like power-on, but contents kept by a battery or by the medium stay. */
  HARD
}
