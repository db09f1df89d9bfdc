// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.io.Serializable;
import java.util.function.Supplier;

/** A factory that can travel to the manager's process. */
@FunctionalInterface
public interface SerializableSupplier<T> extends Supplier<T>, Serializable {}
