// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that says how it is, as long as it is open.
 *
 * <p>Thread-safe.
 *
 * @param <S> what it says
 */
final class Source<S> {

    private final Supplier<S> asked;
    private volatile @Nullable S last;

    Source(Supplier<S> asked) {
        this.asked = asked;
    }

    /** What it says; null if it is closed, or its storage fails: who looks is not to fail with it. */
    @Nullable
    S now() {
        try {
            S said = asked.get();
            last = said;
            return said;
        } catch (RuntimeException | InternalError closed) {
            return null;
        }
    }

    /** What it says, or said last, for what only grows: a total that falls would be taken for a new beginning. */
    @Nullable
    S lately() {
        S said = now();
        return said == null ? last : said;
    }
}
