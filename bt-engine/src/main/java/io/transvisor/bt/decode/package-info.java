/** From bytes to decoded instructions. Knows the table, not what instructions do. */
package io.transvisor.bt.decode;
