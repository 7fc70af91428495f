package io.transvisor.console.rfb.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestPointerTest {
  private final RecordingInput guest = new RecordingInput();
  private final GuestPointer pointer = new GuestPointer(guest);

  @Test
  void movementsAreDifferencesFromTheMiddleOfTheScreenOn() {
    at(0, 330, 230);
    at(0, 300, 250);
    at(0, 300, 250);
    assertThat(guest.takeEvents()).containsExactly("mouse 10 -10 0 0", "mouse -30 20 0 0");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 4", "4, 2", "7, 7", "0x60, 0"})
  void buttonsAreRenumbered(String mask, int buttons) {
    at(Integer.decode(mask), 330, 240);
    assertThat(guest.takeEvents()).containsExactly("mouse 10 0 0 " + buttons);
  }

  @Test
  void aClickOfTheWheelCountsWhenItIsPressed() {
    at(0, 320, 240);
    at(8, 320, 240);
    at(0, 320, 240);
    at(16, 320, 240);
    at(16, 320, 240);
    at(0, 320, 240);
    assertThat(guest.takeEvents()).containsExactly("mouse 0 0 -1 0", "mouse 0 0 1 0");
  }

  @Test
  void edgesPushTheGuestsPointerOn() {
    at(0, 0, 240);
    at(0, 639, 479);
    at(1, 639, 479);
    assertThat(guest.takeEvents())
        .containsExactly("mouse -420 0 0 0", "mouse 739 339 0 0", "mouse 0 0 0 1");
  }

  @Test
  void positionsOutsideAreTakenAsTheEdge() {
    at(0, 5000, 240);
    assertThat(guest.takeEvents()).containsExactly("mouse 419 0 0 0");
  }

  @Test
  void aNewScreenSizeStartsFromTheMiddleAgain() {
    at(0, 100, 100);
    guest.takeEvents();
    pointer.event("a", 0, 400, 300, 800, 600);
    pointer.event("a", 0, 401, 301, 800, 600);
    assertThat(guest.takeEvents()).containsExactly("mouse 1 1 0 0");
  }

  @Test
  void viewersShareThePointerAndLetGoOfTheirButtonsWhenTheyLeave() {
    pointer.event("a", 1, 330, 240, 640, 480);
    pointer.event("b", 4, 340, 240, 640, 480);
    pointer.release("a");
    pointer.release("b");
    pointer.release("b");
    assertThat(guest.takeEvents())
        .containsExactly("mouse 10 0 0 1", "mouse 10 0 0 3", "mouse 0 0 0 2", "mouse 0 0 0 0");
  }

  private void at(int mask, int x, int y) {
    pointer.event("a", mask, x, y, 640, 480);
  }
}
