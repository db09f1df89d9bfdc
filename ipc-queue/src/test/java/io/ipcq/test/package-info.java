/** A harness for tests of what happens when errors come up anywhere, and what the builders of all modules keep. */
@NullMarked
package io.ipcq.test;

import org.jspecify.annotations.NullMarked;
