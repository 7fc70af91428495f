package io.transvisor.device.board;

import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.IsoMedium;

/** What is connected at one of the four IDE positions. */
public sealed interface PcDrive {
  /** A hard disk; closed with the machine. */
  record Disk(BlockImage image) implements PcDrive {}

  /** A CD drive with a medium, or {@code null} for an empty one; closed with the machine. */
  record Cdrom(IsoMedium medium) implements PcDrive {}
}
