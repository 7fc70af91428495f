package io.transvisor.core.input;

/**
 * Where consoles send keys and pointer movements. Implementations hand over to the vCPU thread
 * themselves: callable from any thread.
 */
public interface InputSink {
  /** Button bits of {@link #mouse}. */
  int LEFT = 1;

  int RIGHT = 2;
  int MIDDLE = 4;

  void key(Key key, boolean down);

  /**
   * A relative movement.
   *
   * @param dx pixels to the right
   * @param dy pixels down
   * @param dz wheel clicks, positive towards the user
   * @param buttons the buttons now held
   */
  void mouse(int dx, int dy, int dz, int buttons);

  /**
   * A movement towards a place somebody points at, parameters as for {@link #mouse}: a mouse may
   * take its time for it, so that a guest that speeds up fast movements takes it pixel for pixel.
   */
  default void guide(int dx, int dy, int dz, int buttons) {
    mouse(dx, dy, dz, buttons);
  }

  /**
   * A movement that is to take the pointer to an edge of the screen, wherever it is: unlike others
   * it may not be offset against movements that come after it.
   */
  default void push(int dx, int dy, int buttons) {
    mouse(dx, dy, 0, buttons);
  }
}
