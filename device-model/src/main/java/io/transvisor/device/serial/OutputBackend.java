package io.transvisor.device.serial;

import io.transvisor.core.machine.MachineControl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A back end on streams that are there from the start: a file, or standard input and output. */
final class OutputBackend extends StreamBackend {
  private static final Logger LOG = LoggerFactory.getLogger(OutputBackend.class);

  private final OutputStream out;
  private final boolean closesStream;
  private boolean broken;

  /**
   * @param in input, or null for none
   * @param closesStream whether {@code out} is closed at the end
   */
  OutputBackend(
      String label,
      MachineControl machine,
      InputStream in,
      OutputStream out,
      boolean closesStream) {
    super(label, machine);
    this.out = out;
    this.closesStream = closesStream;
    startWriter();
    if (in != null) {
      Thread reader = new Thread(() -> receiveAll(in), "input " + label);
      reader.setDaemon(true);
      reader.start();
    }
  }

  @Override
  void send(byte[] bytes, int count) {
    if (!broken) {
      broken = !sendTo(out, bytes, count);
    }
  }

  @Override
  void finish() {
    if (closesStream) {
      try {
        out.close();
      } catch (IOException e) {
        LOG.warn("{}: {}", label(), e.getMessage());
      }
    }
  }
}
