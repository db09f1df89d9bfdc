// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.io.Serializable;

/** A {@link Runnable} that can travel to a worker; a lambda or method reference becomes one without a cast. */
@FunctionalInterface
public interface SerializableTask extends Runnable, Serializable {}
