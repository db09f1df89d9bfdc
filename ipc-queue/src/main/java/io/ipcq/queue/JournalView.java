// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.queue.JournalConsumer.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at the files of a durable queue and writes nothing. Thread-safe: one looks at a time. */
final class JournalView<E> implements DurableQueueView<E>, JournalSource<E> {

    private final JournalStore store;
    private final JournalControl control;
    private final JournalDecoder<E> decoder;
    private final JournalLookup lookup; // guarded by this

    JournalView(JournalFiles files, JournalControl control, JournalDecoder<E> decoder) {
        this.store = JournalStore.readOnly(files, control);
        this.control = control;
        this.decoder = decoder;
        this.lookup = new JournalLookup(store);
    }

    /** Looks at a queue without a trace. */
    static <E> JournalView<E> open(Path directory, Codec<E> codec) throws IOException {
        JournalFiles files = new JournalFiles(directory);
        JournalControl control = files.lookAtSound(codec.id());
        return new JournalView<>(files.attachedTo(control), control, new JournalDecoder<>(codec, files.directory()));
    }

    @Override
    public Stream<E> browse() {
        return new JournalHistory<>(this).waiting();
    }

    @Override
    public Stream<Replayed<E>> replay(long fromNumber) {
        return new JournalHistory<>(this).from(fromNumber);
    }

    @Override
    public long qsize() {
        return control.size();
    }

    @Override
    public DurableQueueOptions options() {
        return control.options();
    }

    @Override
    public JournalStore store() {
        return store;
    }

    ChronicleJournal journal() {
        store.requireOpen();
        return store.journal();
    }

    @Override
    public synchronized <T extends @Nullable Object> T look(Function<JournalLookup, T> read) {
        journal();
        try {
            return read.apply(lookup);
        } catch (Exception | InternalError | AssertionError e) {
            throw store.storageFailed("the journal could not be read", e);
        }
    }

    @Override
    public List<Place> returned() {
        return Leases.returned(control);
    }

    @Override
    public E decode(long number, JournalDocument.Payload payload) {
        return decoder.decode(number, payload);
    }

    @Override
    public synchronized void close() {
        store.close();
        lookup.close();
        store.closeFiles();
    }
}
