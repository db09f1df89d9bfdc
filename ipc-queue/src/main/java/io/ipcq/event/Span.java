// SPDX-License-Identifier: Apache-2.0
package io.ipcq.event;

/** Something that lasts, and is recorded when it ends. */
@FunctionalInterface
public interface Span extends AutoCloseable {

    /** It ends now; throws nothing. */
    @Override
    void close();
}
