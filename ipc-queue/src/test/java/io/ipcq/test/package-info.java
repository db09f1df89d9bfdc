/** A harness for tests of what happens when errors come up anywhere. */
@NullMarked
package io.ipcq.test;

import org.jspecify.annotations.NullMarked;
