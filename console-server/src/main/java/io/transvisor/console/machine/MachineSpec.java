package io.transvisor.console.machine;

import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.console.rfb.VncOptions;
import io.transvisor.console.rfb.VncServer;
import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.security.SecurityObjects;
import io.transvisor.console.web.WebOptions;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A checked description of a machine and of one run of it. Files are not opened yet.
 *
 * @param memoryBytes guest RAM
 * @param floppies images of drives A and B, null for an empty drive
 * @param drives the four IDE positions (primary master and slave, secondary master and slave), null
 *     for none
 * @param bootOrder letters of a, c, d, n in the order firmware tries them
 * @param bootOnce the order for the first start only, null for the same
 * @param bootMenu firmware offers its boot menu
 * @param kernel kernel to boot without firmware, or null
 * @param bios firmware image, null for the installed one
 * @param serial back ends of COM1 and COM2, {@code "none"} for no port
 * @param debugConsole back end of the debug ports 402h and E9h, or null
 * @param vnc where the screen is served to VNC viewers, or null
 * @param web where it is served to browsers, or null
 * @param keyboard layout the guest has been set up with
 * @param control who else may command the machine
 * @param debugExit ports of the debug-exit device, or null
 * @param testDevice whether there is the device kvm-unit-tests use
 * @param engine how guest code is run
 * @param rtcBase the {@code base=} value of {@code -rtc}
 * @param debug what is logged and checked
 * @param statistics what has been counted is printed at the end
 * @param statisticsFile where it is written as JSON, or null
 * @param profile where is kept what the run finds hot, or null
 */
public record MachineSpec(
    long memoryBytes,
    CpuModel cpu,
    List<Path> floppies,
    List<Drive> drives,
    String bootOrder,
    String bootOnce,
    boolean bootMenu,
    Kernel kernel,
    Path bios,
    Path vgabios,
    List<String> serial,
    String parallel,
    String debugConsole,
    VncOptions vnc,
    WebOptions web,
    KeyboardLayout keyboard,
    Control control,
    boolean snapshot,
    boolean rebootAllowed,
    boolean startPaused,
    ClockMode clock,
    EngineOptions engine,
    String rtcBase,
    DebugExit debugExit,
    boolean testDevice,
    DebugOptions debug,
    boolean statistics,
    Path statisticsFile,
    ProfileOptions profile) {
  /** What viewers show in their title bars. */
  static final String DESKTOP_NAME = "Transvisor";

  /** What guest time follows. */
  public enum ClockMode {
    HOST,
    ICOUNT
  }

  /** A disk or CD-ROM at an IDE position; a CD-ROM drive may be empty. */
  public record Drive(String option, Path path, boolean cdrom) {}

  /** A kernel file; {@code content} is null until it is read from {@code path}. */
  public record Kernel(Path path, byte[] content, String initrd, String commandLine) {}

  /** Back ends of the monitor, of QMP and of the debugger's stub, each null for none. */
  public record Control(String monitor, String qmp, String gdb) {}

  /** Ports of the debug-exit device. */
  public record DebugExit(int base, int size) {}

  /** The same machine with a built-in kernel. */
  public MachineSpec withKernel(Path name, byte[] content) {
    return new MachineSpec(
        memoryBytes,
        cpu,
        floppies,
        drives,
        bootOrder,
        bootOnce,
        bootMenu,
        new Kernel(name, content, null, ""),
        bios,
        vgabios,
        serial,
        parallel,
        debugConsole,
        vnc,
        web,
        keyboard,
        control,
        snapshot,
        rebootAllowed,
        startPaused,
        clock,
        engine,
        rtcBase,
        debugExit,
        testDevice,
        debug,
        statistics,
        statisticsFile,
        profile);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Takes option values as the user wrote them; every check's message names the option. */
  public static final class Builder {
    private static final int MEBIBYTE = 1 << 20;
    private static final int MAX_MEMORY_MIB = 2000;

    private long memoryBytes = 128L * MEBIBYTE;
    private CpuModel cpu = CpuModel.parse("pentium3");
    private final Path[] floppies = new Path[2];
    private final Drive[] drives = new Drive[4];
    private final List<DriveOption> driveOptions = new ArrayList<>();
    private Path cdrom;
    private String bootOrder = "cad";
    private String bootOnce;
    private boolean bootMenu;
    private Kernel kernel;
    private Path bios;
    private Path vgabios;
    private List<String> serial = List.of();
    private String parallel = "null";
    private String debugConsole;
    private String vnc;
    private String web;
    private String keyboard = "en-us";
    private String monitor;
    private String qmp;
    private String gdb;
    private List<String> objects = List.of();
    private boolean displayOff;
    private boolean snapshot;
    private boolean rebootAllowed = true;
    private boolean startPaused;
    private ClockMode clock = ClockMode.HOST;
    private EngineOptions engine = EngineOptions.of(EngineKind.TRANSLATE);
    private String rtcBase;
    private DebugExit debugExit;
    private boolean testDevice;
    private DebugOptions debug = DebugOptions.NONE;
    private boolean statistics;
    private Path statisticsFile;
    private ProfileOptions profile;

    private static VmmException error(String option, String value, String what) {
      return new VmmException(option + " " + value + ": " + what);
    }

    public Builder memory(String value) {
      String digits = value.startsWith("size=") ? value.substring(5) : value;
      long unit = MEBIBYTE;
      if (digits.matches("(?i)\\d+[mgk]")) {
        unit =
            switch (Character.toLowerCase(digits.charAt(digits.length() - 1))) {
              case 'g' -> 1L << 30;
              case 'k' -> 1024;
              default -> MEBIBYTE;
            };
        digits = digits.substring(0, digits.length() - 1);
      }
      if (!digits.matches("\\d{1,9}")) {
        throw error("-m", value, "not a size in MiB");
      }
      memoryBytes = Long.parseLong(digits) * unit & -4096;
      if (memoryBytes < 2 * MEBIBYTE || memoryBytes > (long) MAX_MEMORY_MIB * MEBIBYTE) {
        throw error("-m", value, "guest memory must be 2 to " + MAX_MEMORY_MIB + " MiB");
      }
      return this;
    }

    public Builder cpu(String model) {
      cpu = CpuModel.parse(model);
      return this;
    }

    public Builder cpus(String count) {
      if (!count.equals("1")) {
        throw error("-smp", count, "only 1 CPU is supported");
      }
      return this;
    }

    public Builder floppy(int drive, Path image) {
      floppies[drive] = image;
      return this;
    }

    public Builder disk(int position, String option, Path image) {
      if (image != null) {
        drives[position] = new Drive(option, image, false);
      }
      return this;
    }

    public Builder cdrom(Path image) {
      cdrom = image;
      return this;
    }

    /** {@code -drive} options, in the order in which drives without an index take free places. */
    public Builder drives(List<String> options) {
      options.forEach(o -> driveOptions.add(DriveOption.parse(o)));
      return this;
    }

    public Builder boot(String value) {
      if (value == null) {
        return this;
      }
      for (String part : value.split(",")) {
        if (part.equals("menu=on") || part.equals("menu=off")) {
          bootMenu = part.endsWith("on");
        } else if (part.startsWith("once=")) {
          bootOnce = order(value, part.substring(5));
        } else if (!part.equals("strict=on") && !part.equals("strict=off")) {
          bootOrder = order(value, part.startsWith("order=") ? part.substring(6) : part);
        }
      }
      return this;
    }

    private static String order(String option, String order) {
      if (!order.matches("[acdn]{1,3}") || order.chars().distinct().count() != order.length()) {
        throw error(
            "-boot",
            option,
            "an order is made of the letters a, c, d and n, up to three, each once");
      }
      return order;
    }

    public Builder kernel(Path path, String initrd, String commandLine) {
      if (path == null) {
        if (initrd != null || commandLine != null) {
          throw new VmmException((initrd != null ? "-initrd" : "-append") + " needs -kernel");
        }
        return this;
      }
      kernel = new Kernel(path, null, initrd, commandLine == null ? "" : commandLine);
      return this;
    }

    public Builder firmware(Path systemBios, Path videoBios) {
      bios = systemBios;
      vgabios = videoBios;
      return this;
    }

    public Builder serial(List<String> backEnds) {
      if (backEnds.size() > 2) {
        throw error("-serial", backEnds.get(2), "there are only two serial ports");
      }
      serial = backEnds;
      return this;
    }

    public Builder parallel(String backEnd) {
      parallel = backEnd;
      return this;
    }

    public Builder debugConsole(String backEnd) {
      debugConsole = backEnd;
      return this;
    }

    public Builder display(String vncOption, String displayOption) {
      vnc = vncOption;
      if (displayOption != null && displayOption.startsWith("vnc=") && vnc == null) {
        vnc = displayOption.substring(4);
      } else if (displayOption != null && !displayOption.equals("none")) {
        throw error("-display", displayOption, "choose none or vnc=[HOST]:N");
      }
      displayOff = displayOption != null;
      return this;
    }

    public Builder web(String webOption) {
      web = webOption;
      return this;
    }

    public Builder keyboard(String layout) {
      keyboard = layout;
      return this;
    }

    /** Back end of the monitor, or null for none. */
    public Builder monitor(String backEnd) {
      monitor = backEnd;
      return this;
    }

    /** Where QMP is spoken, or null. */
    public Builder qmp(String backEnd) {
      qmp = backEnd;
      return this;
    }

    /** Where debuggers connect, or null. */
    public Builder gdb(String backEnd) {
      gdb = backEnd;
      return this;
    }

    public Builder objects(List<String> values) {
      objects = values;
      return this;
    }

    public Builder snapshot(boolean on) {
      snapshot = on;
      return this;
    }

    public Builder rebootAllowed(boolean allowed) {
      rebootAllowed = allowed;
      return this;
    }

    public Builder startPaused(boolean paused) {
      startPaused = paused;
      return this;
    }

    public Builder clock(String value) {
      clock =
          switch (value) {
            case "host" -> ClockMode.HOST;
            case "icount" -> ClockMode.ICOUNT;
            default -> throw error("-clock", value, "choose host or icount");
          };
      return this;
    }

    /** Without a call nothing is kept. See {@link ProfileOptions#parse}. */
    public Builder profile(Path directory, boolean off) {
      profile = ProfileOptions.parse(directory, off);
      return this;
    }

    public Builder statistics(boolean printed, Path file) {
      statistics = printed;
      statisticsFile = file;
      return this;
    }

    public Builder rtc(String value) {
      for (String part : value == null ? new String[0] : value.split(",")) {
        if (part.startsWith("base=")) {
          rtcBase = part.substring(5);
        } else if (!part.matches("clock=(host|rt|vm)|driftfix=(none|slew)")) {
          throw error("-rtc", value, "expected base=utc, base=localtime or base=DATE");
        }
      }
      return this;
    }

    public Builder engine(String value) {
      try {
        engine = EngineOptions.parse(value);
      } catch (IllegalArgumentException e) {
        throw error("-engine", value, e.getMessage());
      }
      return this;
    }

    public Builder devices(List<String> values) {
      for (String value : values) {
        String[] parts = value.split(",");
        if (value.equals("pc-testdev")) {
          testDevice = true;
          continue;
        }
        if (!parts[0].equals("isa-debug-exit")) {
          throw error("-device", value, "unknown device, choose isa-debug-exit or pc-testdev");
        }
        int base = 0x501;
        int size = 2;
        for (int i = 1; i < parts.length; i++) {
          if (parts[i].startsWith("iobase=")) {
            base = number(value, parts[i].substring(7), 0xFFFF);
          } else if (parts[i].startsWith("iosize=")) {
            size = number(value, parts[i].substring(7), 8);
          } else {
            throw error("-device", value, "unknown property " + parts[i]);
          }
        }
        debugExit = new DebugExit(base, size);
      }
      return this;
    }

    /** The items of {@code -d} and the file of {@code -D}, each null if not given. */
    public Builder debug(String items, Path file) {
      debug = DebugOptions.parse(items, file);
      return this;
    }

    private static int number(String option, String text, int max) {
      try {
        int value = Integer.decode(text);
        if (value >= 1 && value <= max) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Falls through to the message.
      }
      throw error("-device", option, text + " is not a number from 1 to " + max);
    }

    public MachineSpec build() {
      if (cdrom != null) {
        if (drives[2] != null) {
          throw error("-cdrom", cdrom.toString(), "its place is taken by -hdc");
        }
        drives[2] = new Drive("-cdrom", cdrom, true);
      }
      driveOptions.stream().filter(d -> d.index() != DriveOption.NEXT_FREE).forEach(this::place);
      driveOptions.stream().filter(d -> d.index() == DriveOption.NEXT_FREE).forEach(this::place);
      if (drives[2] == null) {
        drives[2] = new Drive("-cdrom", null, true);
      }
      String base = rtcBase;
      if (base == null) {
        // Runs that count instructions repeat exactly only if the calendar does too.
        base = clock == ClockMode.ICOUNT ? "2000-02-17T12:00:00" : "utc";
      }
      if ("stdio".equals(monitor) && serial.contains("stdio")) {
        throw error("-monitor", monitor, "-serial has the terminal already");
      }
      SecurityObjects securityObjects = new SecurityObjects(objects);
      return new MachineSpec(
          memoryBytes,
          cpu,
          Arrays.asList(floppies.clone()),
          Arrays.asList(drives.clone()),
          bootOrder,
          bootOnce,
          bootMenu,
          kernel,
          bios,
          vgabios,
          List.copyOf(serial),
          parallel,
          debugConsole,
          displayOptions(securityObjects),
          web == null ? null : WebOptions.parse(web, securityObjects),
          KeyboardLayout.named(keyboard),
          new Control(monitor, qmp, gdb),
          snapshot,
          rebootAllowed,
          startPaused,
          clock,
          engine,
          base,
          debugExit,
          testDevice,
          debug,
          statistics,
          statisticsFile,
          profile);
    }

    private void place(DriveOption d) {
      Object[] places = d.floppy() ? floppies : drives;
      int index =
          d.index() != DriveOption.NEXT_FREE ? d.index() : Arrays.asList(places).indexOf(null);
      if (index < 0) {
        throw new VmmException(d.option() + ": all places are taken");
      }
      if (places[index] != null) {
        throw new VmmException(d.option() + ": its place is taken by another option");
      }
      places[index] = d.floppy() ? d.file() : new Drive(d.option(), d.file(), d.cdrom());
    }

    private VncOptions displayOptions(SecurityObjects securityObjects) {
      if (displayOff && vnc == null) {
        return null;
      }
      return vnc == null
          ? VncOptions.defaults(DESKTOP_NAME)
          : VncServer.parse(vnc, securityObjects, DESKTOP_NAME).orElse(null);
    }
  }
}
