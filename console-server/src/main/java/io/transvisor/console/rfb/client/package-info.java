/** A minimal RFB client: takes one picture of a running console. */
package io.transvisor.console.rfb.client;
