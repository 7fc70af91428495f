package io.transvisor.console.qmp;

/** A command that cannot be done, as an error answer. */
final class QmpException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String errorClass;

  private QmpException(String errorClass, String description) {
    super(description, null, false, false);
    this.errorClass = errorClass;
  }

  static QmpException generic(String description) {
    return new QmpException("GenericError", description);
  }

  static QmpException commandNotFound(String description) {
    return new QmpException("CommandNotFound", description);
  }

  static QmpException deviceNotFound(String device) {
    return new QmpException("DeviceNotFound", "Device '" + device + "' not found");
  }

  String errorClass() {
    return errorClass;
  }
}
