package io.transvisor.console.rfb.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestPointerTest {
  private final RecordingInput guest = new RecordingInput();
  private final GuestPointer pointer = new GuestPointer(guest);

  @Test
  void thePointerIsPushedIntoTheNearestCornerFirst() {
    at(0, 310, 230);
    at(0, 300, 250);
    at(0, 300, 250);
    assertThat(guest.takeEvents())
        .containsExactly("push -1280 -960 0", "guide 310 230 0 0", "guide -10 20 0 0");
    pointer.restarted();
    at(0, 630, 470);
    assertThat(guest.takeEvents()).containsExactly("push 1280 960 0", "guide -9 -9 0 0");
  }

  @Test
  void buttonsChangeWhereThePointerHasComeTo() {
    at(1, 30, 20);
    at(0, 40, 20);
    assertThat(guest.takeEvents())
        .containsExactly(
            "push -1280 -960 0",
            "guide 30 20 0 0",
            "mouse 0 0 0 1",
            "guide 10 0 0 1",
            "mouse 0 0 0 0");
  }

  @Test
  void nothingIsDraggedIntoTheCorner() {
    home();
    at(1, 320, 240);
    pointer.restarted();
    at(1, 321, 240);
    at(0, 321, 240);
    at(0, 31, 20);
    assertThat(guest.takeEvents())
        .containsExactly(
            "mouse 0 0 0 1",
            "guide 1 0 0 1",
            "mouse 0 0 0 0",
            "push -1280 -960 0",
            "guide 31 20 0 0");
  }

  @Test
  void aDriverThatStartsAndANewViewerBeginInTheCorner() {
    home();
    pointer.restarted();
    at(0, 5, 5);
    pointer.event("b", 0, 6, 5, 640, 480);
    at(0, 7, 5);
    assertThat(guest.takeEvents())
        .containsExactly(
            "push -1280 -960 0",
            "guide 5 5 0 0",
            "push -1280 -960 0",
            "guide 6 5 0 0",
            "guide 1 0 0 0");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 4", "4, 2", "7, 7", "0x61, 1"})
  void buttonsAreRenumbered(String mask, int buttons) {
    home();
    at(Integer.decode(mask), 320, 240);
    assertThat(guest.takeEvents()).containsExactly("mouse 0 0 0 " + buttons);
  }

  @Test
  void buttonsAGuestDoesNotHaveAreIgnored() {
    home();
    at(0x60, 330, 240);
    assertThat(guest.takeEvents()).containsExactly("guide 10 0 0 0");
  }

  @Test
  void aClickOfTheWheelCountsWhenItIsPressed() {
    home();
    at(8, 320, 240);
    at(0, 320, 240);
    at(16, 320, 240);
    at(16, 320, 240);
    at(0, 320, 240);
    assertThat(guest.takeEvents()).containsExactly("mouse 0 0 -1 0", "mouse 0 0 1 0");
  }

  @Test
  void edgesPushTheGuestsPointerOn() {
    home();
    at(0, 0, 240);
    at(0, 639, 479);
    at(1, 639, 479);
    assertThat(guest.takeEvents())
        .containsExactly(
            "guide -320 0 0 0",
            "push -100 0 0",
            "guide 639 239 0 0",
            "push 100 100 0",
            "mouse 0 0 0 1");
  }

  @Test
  void positionsOutsideAreTakenAsTheEdge() {
    home();
    at(0, 5000, 240);
    assertThat(guest.takeEvents()).containsExactly("guide 319 0 0 0", "push 100 0 0");
  }

  @Test
  void aNewScreenSizeStartsInTheCornerAgain() {
    home();
    pointer.event("a", 0, 400, 300, 800, 600);
    assertThat(guest.takeEvents()).containsExactly("push 1600 1200 0", "guide -399 -299 0 0");
  }

  @Test
  void viewersShareThePointerAndLetGoOfTheirButtonsWhenTheyLeave() {
    home();
    pointer.event("a", 1, 330, 240, 640, 480);
    pointer.event("b", 4, 340, 240, 640, 480);
    pointer.release("a");
    pointer.release("b");
    pointer.release("b");
    assertThat(guest.takeEvents())
        .containsExactly(
            "guide 10 0 0 0",
            "mouse 0 0 0 1",
            "guide 10 0 0 1",
            "mouse 0 0 0 3",
            "mouse 0 0 0 2",
            "mouse 0 0 0 0");
  }

  /** Brings the pointer to the middle of the screen. */
  private void home() {
    at(0, 320, 240);
    guest.takeEvents();
  }

  private void at(int mask, int x, int y) {
    pointer.event("a", mask, x, y, 640, 480);
  }
}
