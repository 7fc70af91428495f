package io.transvisor.device.serial;

import io.transvisor.core.machine.MachineControl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A back end on a pair of byte streams, each with a thread of its own and a bounded queue. A reader
 * whose queue is full waits, and so does, in the end, whoever sends; a device whose output queue is
 * full is told to wait.
 */
class StreamBackend implements CharBackend {
  private static final Logger LOG = LoggerFactory.getLogger(StreamBackend.class);
  private static final int INPUT_CAPACITY = 4096;
  private static final int OUTPUT_CAPACITY = 65536;
  private static final long CLOSE_TIMEOUT_MILLIS = 2000;

  private final String label;
  private final MachineControl machine;
  private final ByteQueue input = new ByteQueue(INPUT_CAPACITY);
  private final ByteQueue output = new ByteQueue(OUTPUT_CAPACITY);
  private final Thread writer;
  private Listener listener;
  private volatile boolean outputRefused;

  /**
   * @param label what the user called it, for messages and thread names
   */
  StreamBackend(String label, MachineControl machine) {
    this.label = label;
    this.machine = machine;
    writer = new Thread(this::writeAll, "output " + label);
    writer.setDaemon(true);
  }

  final String label() {
    return label;
  }

  // ---- the device's side ----

  @Override
  public final void setListener(Listener newListener) {
    listener = newListener;
  }

  @Override
  public final boolean write(int value) {
    if (output.offer(value)) {
      return true;
    }
    outputRefused = true;
    // The writer may have made room, and looked at the flag, between the two lines above.
    return output.offer(value);
  }

  @Override
  public final int read() {
    return input.poll();
  }

  @Override
  public final boolean hasInput() {
    return !input.isEmpty();
  }

  @Override
  public void close() {
    output.close();
    input.close();
    try {
      if (writer.isAlive()) {
        writer.join(CLOSE_TIMEOUT_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the host's side ----

  /** Starts taking bytes from the device to {@link #send}. */
  final void startWriter() {
    writer.start();
  }

  private void writeAll() {
    byte[] chunk = new byte[4096];
    try {
      int count = output.take(chunk);
      while (count > 0) {
        // There is room now, whatever was refused before.
        if (outputRefused) {
          outputRefused = false;
          machine.post(this::tellOutputPossible);
        }
        send(chunk, count);
        count = output.take(chunk);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    finish();
  }

  private void tellOutputPossible() {
    if (listener != null) {
      listener.outputPossible();
    }
  }

  private void tellInputArrived() {
    if (listener != null) {
      listener.inputArrived();
    }
  }

  /** Sends bytes to the other end, waiting as long as it takes. On the writer thread. */
  void send(byte[] bytes, int count) {}

  /** All output has been sent and the back end is being closed. On the writer thread. */
  void finish() {}

  /** Reads a stream to its end into the input queue, on the calling thread. */
  final void receiveAll(InputStream in) {
    byte[] chunk = new byte[1024];
    try {
      int count = in.read(chunk);
      while (count >= 0 && !input.isClosed()) {
        for (int i = 0; i < count; i++) {
          if (input.put(chunk[i] & 0xFF)) {
            machine.post(this::tellInputArrived);
          }
        }
        count = in.read(chunk);
      }
    } catch (IOException e) {
      LOG.debug("{}: input ends: {}", label, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes and flushes; false when the stream is broken. */
  final boolean sendTo(OutputStream out, byte[] bytes, int count) {
    try {
      out.write(bytes, 0, count);
      out.flush();
      return true;
    } catch (IOException e) {
      LOG.warn("{}: output is lost from here on: {}", label, e.getMessage());
      return false;
    }
  }
}
