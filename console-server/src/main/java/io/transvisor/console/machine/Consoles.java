package io.transvisor.console.machine;

import io.transvisor.console.control.CharDevice;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.Operator;
import io.transvisor.console.control.VncStatus;
import io.transvisor.console.gdb.GdbServer;
import io.transvisor.console.monitor.MonitorCommands;
import io.transvisor.console.monitor.MonitorServer;
import io.transvisor.console.qmp.QmpServer;
import io.transvisor.console.rfb.RfbService;
import io.transvisor.console.rfb.SharePolicy;
import io.transvisor.console.rfb.ViewerOptions;
import io.transvisor.console.rfb.VncServer;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.session.MachineActions;
import io.transvisor.console.web.WebServer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a machine's operator sees and uses: VNC, web console, monitor, as far as wanted. */
final class Consoles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Consoles.class);

  private final RfbService viewers;
  private final VncServer vnc;
  private volatile InetSocketAddress vncAddress;
  private final WebServer web;
  private final List<AutoCloseable> open = new ArrayList<>();

  private Consoles(MachineSpec spec, AssembledMachine assembled, Operator operator) {
    boolean served = spec.vnc() != null || spec.web() != null;
    viewers =
        served
            ? new RfbService(
                assembled.machine().screen(),
                assembled.board().input(),
                Optional.of(actions(operator)),
                new ViewerOptions(
                    MachineSpec.DESKTOP_NAME,
                    spec.keyboard(),
                    spec.vnc() == null ? SharePolicy.IGNORE : spec.vnc().sharePolicy(),
                    spec.vnc() == null ? 0 : spec.vnc().idleSeconds()))
            : null;
    vnc = spec.vnc() == null ? null : new VncServer(viewers, spec.vnc());
    web = spec.web() == null ? null : new WebServer(viewers, operator, spec.web());
    if (served) {
      assembled.board().keyboard().setLedListener(viewers::setKeyboardLights);
      assembled.board().mouse().setEnableListener(viewers::pointerRestarted);
    }
  }

  /**
   * Opens what the options ask for and says on standard error where it is.
   *
   * @throws io.transvisor.core.error.VmmException if a port cannot be had; nothing stays open then
   */
  static Consoles open(MachineSpec spec, AssembledMachine assembled, Operator operator) {
    Consoles consoles = new Consoles(spec, assembled, operator);
    try {
      consoles.start(spec, assembled, operator);
      return consoles;
    } catch (RuntimeException e) {
      consoles.close();
      throw e;
    }
  }

  private void start(MachineSpec spec, AssembledMachine assembled, Operator operator) {
    Installation installation =
        new Installation(
            MachineSpec.DESKTOP_NAME,
            spec.memoryBytes(),
            charDevices(spec),
            () -> vncStatus(spec),
            Optional.ofNullable(vnc).map(VncServer::gate));
    Supplier<MonitorCommands> commands =
        () -> new MonitorCommands(operator, assembled.board().input(), installation);
    MachineSpec.Control control = spec.control();
    if (control.monitor() != null) {
      open.add(MonitorServer.open(control.monitor(), commands));
    }
    if (control.qmp() != null) {
      QmpServer qmp =
          new QmpServer(control.qmp(), operator, assembled.board().input(), installation, commands);
      open.add(qmp);
      if (viewers != null) {
        viewers.addListener(qmp.viewerListener());
      }
    }
    if (control.gdb() != null) {
      GdbServer gdb = new GdbServer(control.gdb(), operator, commands);
      open.add(gdb);
      System.err.printf("transvisor: waiting for debuggers at %s%n", gdb.localAddress());
    }
    if (vnc != null) {
      InetSocketAddress address = vnc.start();
      vncAddress = address;
      System.err.printf(
          "transvisor: screen at VNC %s:%d, for example: vncviewer %s::%d%n",
          address.getHostString(), address.getPort(), address.getHostString(), address.getPort());
    }
    if (web != null) {
      InetSocketAddress address = web.start();
      System.err.printf(
          "transvisor: console at %s://%s:%d/%n",
          spec.web().security().tls() == null ? "http" : "https",
          address.getAddress().isAnyLocalAddress() ? "localhost" : address.getHostString(),
          address.getPort());
    }
  }

  private static List<CharDevice> charDevices(MachineSpec spec) {
    List<CharDevice> all = new ArrayList<>();
    for (int i = 0; i < spec.serial().size(); i++) {
      all.add(new CharDevice("serial" + i, spec.serial().get(i)));
    }
    all.add(new CharDevice("parallel0", spec.parallel()));
    if (spec.control().monitor() != null) {
      all.add(new CharDevice("compat_monitor0", spec.control().monitor()));
    }
    if (spec.control().qmp() != null) {
      all.add(new CharDevice("compat_monitor1", spec.control().qmp()));
    }
    return all;
  }

  private Optional<VncStatus> vncStatus(MachineSpec spec) {
    if (vncAddress == null) {
      return Optional.empty();
    }
    SecurityPolicy security = spec.vnc().security();
    String auth =
        security.tls() != null ? "vencrypt" : security.credentials().isRequired() ? "vnc" : "none";
    return Optional.of(new VncStatus(vncAddress, auth, viewers.viewerAddresses()));
  }

  /** What viewers with an xvp menu can do. */
  private static MachineActions actions(Operator operator) {
    return new MachineActions() {
      @Override
      public void shutdown() {
        operator.shutdown();
      }

      @Override
      public void reboot() {
        operator.reset();
      }

      @Override
      public void reset() {
        operator.reset();
      }
    };
  }

  @Override
  public void close() {
    if (vnc != null) {
      vnc.close();
    }
    if (web != null) {
      web.close();
    }
    if (viewers != null) {
      viewers.close();
    }
    for (AutoCloseable server : open) {
      try {
        server.close();
      } catch (Exception e) {
        LOG.debug("closing: {}", e.getMessage());
      }
    }
  }
}
