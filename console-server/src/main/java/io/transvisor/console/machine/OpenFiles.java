package io.transvisor.console.machine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been opened while a machine is put together; closed again if that fails. */
final class OpenFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T file) {
    open.push(file);
    return file;
  }

  /** The machine owns the files now. */
  void release() {
    open.clear();
  }

  @Override
  public void close() {
    for (AutoCloseable file : open) {
      try {
        file.close();
      } catch (Exception e) {
        LOG.warn("closing after a failed start: {}", e.getMessage());
      }
    }
  }
}
