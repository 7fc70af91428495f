package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Encoding;
import java.util.List;
import java.util.Set;

/**
 * What a client has said it understands, in its latest SetEncodings. Unknown numbers do no harm.
 */
final class ClientCapabilities {
  /** Before any SetEncodings. */
  static final ClientCapabilities NONE = new ClientCapabilities(List.of());

  /** A level the client has not asked for. */
  static final int UNSET = -1;

  /** The most exact first. */
  private static final List<Integer> CURSORS =
      List.of(Encoding.CURSOR_WITH_ALPHA, Encoding.VMWARE_CURSOR, Encoding.CURSOR);

  private final List<Integer> inOrder;
  private final Set<Integer> encodings;
  private final int compressionLevel;
  private final int quality;

  ClientCapabilities(List<Integer> encodings) {
    inOrder = List.copyOf(encodings);
    this.encodings = Set.copyOf(encodings);
    compressionLevel = level(Encoding.COMPRESSION_LEVEL_0, Encoding.COMPRESSION_LEVEL_9);
    quality = level(Encoding.QUALITY_LEVEL_0, Encoding.QUALITY_LEVEL_9);
  }

  private int level(int first, int last) {
    int level = UNSET;
    for (int encoding : inOrder) {
      if (encoding >= first && encoding <= last) {
        level = encoding - first;
      }
    }
    return level;
  }

  boolean has(int encoding) {
    return encodings.contains(encoding);
  }

  /** Everything listed, the encoding the client likes best first. */
  List<Integer> inOrder() {
    return inOrder;
  }

  /** Whether the client's framebuffer can change its size. */
  boolean followsSize() {
    return has(Encoding.DESKTOP_SIZE) || has(Encoding.EXTENDED_DESKTOP_SIZE);
  }

  /** How the client takes the shape of the pointer best; {@link #UNSET} if not at all. */
  int cursorEncoding() {
    return CURSORS.stream().filter(this::has).findFirst().orElse(UNSET);
  }

  /** The zlib level asked for, 0 to 9, or {@link #UNSET}. */
  int compressionLevel() {
    return compressionLevel;
  }

  /** The JPEG quality asked for, 0 to 9, or {@link #UNSET}: pictures must arrive unchanged. */
  int quality() {
    return quality;
  }
}
