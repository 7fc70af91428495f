package io.transvisor.device.ide;

/**
 * Why a packet command ended with CHECK CONDITION: sense key, additional sense code and its
 * qualifier (MMC-3, annex F).
 *
 * @param key also goes into the high nibble of the error register
 */
record Sense(int key, int code, int qualifier) {
  static final int UNIT_ATTENTION_KEY = 6;

  static final Sense NONE = new Sense(0, 0, 0);
  static final Sense NO_MEDIUM_TRAY_CLOSED = new Sense(2, 0x3A, 1);
  static final Sense NO_MEDIUM_TRAY_OPEN = new Sense(2, 0x3A, 2);
  static final Sense UNRECOVERED_READ_ERROR = new Sense(3, 0x11, 0);
  static final Sense PARAMETER_LIST_LENGTH = new Sense(5, 0x1A, 0);
  static final Sense INVALID_COMMAND = new Sense(5, 0x20, 0);
  static final Sense ADDRESS_OUT_OF_RANGE = new Sense(5, 0x21, 0);
  static final Sense INVALID_FIELD_IN_PACKET = new Sense(5, 0x24, 0);
  static final Sense INVALID_FIELD_IN_PARAMETERS = new Sense(5, 0x26, 0);
  static final Sense SAVING_NOT_SUPPORTED = new Sense(5, 0x39, 0);
  static final Sense REMOVAL_PREVENTED = new Sense(5, 0x53, 2);
  static final Sense ILLEGAL_MODE_FOR_TRACK = new Sense(5, 0x64, 0);
  static final Sense MEDIUM_CHANGED = new Sense(6, 0x28, 0);
  static final Sense POWER_ON_OR_RESET = new Sense(6, 0x29, 0);

  boolean isUnitAttention() {
    return key == UNIT_ATTENTION_KEY;
  }

  int toInt() {
    return key << 16 | code << 8 | qualifier;
  }

  static Sense fromInt(int value) {
    return new Sense(value >> 16 & 0x0F, value >> 8 & 0xFF, value & 0xFF);
  }
}
