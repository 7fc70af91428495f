package io.transvisor.console.machine;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A name by which a guest is known again: the same files, the same name. */
final class GuestName {
  private static final int MAX_READABLE = 40;

  private GuestName() {}

  /** Of letters, digits, dots, dashes and underscores. */
  static String of(MachineSpec spec) {
    List<Path> files = new ArrayList<>();
    if (spec.kernel() != null) {
      files.add(spec.kernel().path());
    }
    spec.drives().forEach(d -> files.add(d == null ? null : d.path()));
    files.addAll(spec.floppies());
    Hasher hasher = Hashing.sha256().newHasher();
    String readable = "";
    for (Path file : files) {
      String path = file == null ? "" : file.toAbsolutePath().normalize().toString();
      hasher.putString(path, StandardCharsets.UTF_8).putByte((byte) 0);
      if (readable.isEmpty() && file != null) {
        readable = file.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
      }
    }
    if (readable.isEmpty()) {
      readable = "no-media";
    }
    return readable.substring(0, Math.min(readable.length(), MAX_READABLE))
        + "-"
        + hasher.hash().toString().substring(0, 12);
  }
}
