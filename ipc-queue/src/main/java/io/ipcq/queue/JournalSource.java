// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.queue.JournalConsumer.Place;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What those who look at a journal need to know: where it is, and what its bytes mean. */
interface JournalSource<E> {

    JournalStore store();

    /** Reads from the journal while no other thread of this JVM does, nor closes it. */
    <T extends @Nullable Object> T look(Function<JournalLookup, T> read);

    /** The elements that are to be delivered again, oldest first. */
    List<Place> returned();

    /** Decodes an element if its bytes are what was put. */
    E decode(long number, JournalDocument.Payload payload);
}
