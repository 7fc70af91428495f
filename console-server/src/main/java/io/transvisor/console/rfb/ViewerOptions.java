package io.transvisor.console.rfb;

import io.transvisor.console.rfb.input.KeyboardLayout;

/**
 * What holds for all viewers of a guest, whichever way they come.
 *
 * @param desktopName name viewers show in their title bar
 * @param keyboard layout the guest has been set up with
 * @param sharePolicy what the viewers' shared flag means
 * @param idleSeconds a viewer that sends nothing for so long is disconnected; 0 for never
 */
public record ViewerOptions(
    String desktopName, KeyboardLayout keyboard, SharePolicy sharePolicy, int idleSeconds) {}
