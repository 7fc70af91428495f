package io.transvisor.console.cli;

import io.transvisor.console.rfb.client.RfbSnapshot;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code transvisor screendump}: a picture of the screen of a guest that is running, taken through
 * its VNC port.
 */
@Command(
    name = "screendump",
    description =
        "Saves the screen of a running guest, seen through its VNC port, as a PNG or PPM file.")
final class ScreendumpCommand implements Callable<Integer> {
  @Option(
      names = "-vnc",
      paramLabel = "[HOST]:N",
      defaultValue = "127.0.0.1:0",
      description = "Display to look at; port 5900+N. Default: ${DEFAULT-VALUE}.")
  private String display;

  @Option(
      names = "-password-file",
      paramLabel = "F",
      description = "File with the VNC password, where the display asks for one.")
  private Path passwordFile;

  @Parameters(paramLabel = "FILE", description = "Picture to write: .png or .ppm.")
  private Path file;

  @Option(
      names = {"-help", "--help", "-h"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Override
  public Integer call() {
    String password = null;
    if (passwordFile != null) {
      try {
        password = Files.readString(passwordFile).strip();
      } catch (IOException e) {
        throw new VmmException("-password-file " + passwordFile + ": cannot be read", e);
      }
    }
    ScreenshotWriter.write(RfbSnapshot.take(display, password), file);
    return 0;
  }
}
