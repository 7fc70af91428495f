package io.transvisor.device.serial;

/**
 * Register offsets and bits of the 16550A (National Semiconductor PC16550D datasheet, section 8).
 */
final class UartRegisters {
  static final int DATA = 0; // receiver buffer, transmitter holding; divisor latch low
  static final int INTERRUPT_ENABLE = 1; // divisor latch high
  static final int INTERRUPT_ID = 2; // read; FIFO control when written
  static final int LINE_CONTROL = 3;
  static final int MODEM_CONTROL = 4;
  static final int LINE_STATUS = 5;
  static final int MODEM_STATUS = 6;
  static final int SCRATCH = 7;

  static final int IER_RECEIVED = 0x01;
  static final int IER_TRANSMIT_EMPTY = 0x02;
  static final int IER_LINE_STATUS = 0x04;
  static final int IER_MODEM_STATUS = 0x08;
  static final int IER_WRITABLE = 0x0F;

  static final int IIR_NONE = 0x01;
  static final int IIR_MODEM_STATUS = 0x00;
  static final int IIR_TRANSMIT_EMPTY = 0x02;
  static final int IIR_RECEIVED = 0x04;
  static final int IIR_LINE_STATUS = 0x06;
  static final int IIR_TIMEOUT = 0x0C;
  static final int IIR_FIFOS_ENABLED = 0xC0;

  static final int FCR_ENABLE = 0x01;
  static final int FCR_CLEAR_RECEIVE = 0x02;
  static final int FCR_CLEAR_TRANSMIT = 0x04;
  static final int FCR_KEPT = 0xC9;

  static final int LCR_STOP_BITS = 0x04;
  static final int LCR_PARITY = 0x08;
  static final int LCR_BREAK = 0x40;
  static final int LCR_DIVISOR_LATCH = 0x80;

  static final int MCR_DTR = 0x01;
  static final int MCR_RTS = 0x02;
  static final int MCR_OUT1 = 0x04;
  static final int MCR_OUT2 = 0x08;
  static final int MCR_LOOPBACK = 0x10;
  static final int MCR_WRITABLE = 0x1F;

  static final int LSR_DATA_READY = 0x01;
  static final int LSR_OVERRUN = 0x02;
  static final int LSR_BREAK = 0x10;
  static final int LSR_TRANSMIT_EMPTY = 0x20; // THRE
  static final int LSR_ALL_SENT = 0x40; // TEMT
  static final int LSR_FIFO_ERROR = 0x80;

  static final int MSR_DELTAS = 0x0F;
  static final int MSR_RING_ENDED = 0x04; // TERI: falls, where the others report any change
  static final int MSR_CTS = 0x10;
  static final int MSR_DSR = 0x20;
  static final int MSR_RING = 0x40;
  static final int MSR_CARRIER = 0x80;

  /** Characters in the receive FIFO at which to interrupt, by FCR bits 7-6. */
  private static final int[] TRIGGER_LEVELS = {1, 4, 8, 14};

  private UartRegisters() {}

  static int triggerLevel(int fifoControl) {
    return TRIGGER_LEVELS[fifoControl >>> 6];
  }
}
