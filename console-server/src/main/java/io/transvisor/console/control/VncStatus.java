package io.transvisor.console.control;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The VNC server.
 *
 * @param auth as QEMU names the way viewers are let in: {@code none}, {@code vnc}, {@code vencrypt}
 * @param viewers where those that see the screen come from
 */
public record VncStatus(InetSocketAddress address, String auth, List<InetSocketAddress> viewers) {}
