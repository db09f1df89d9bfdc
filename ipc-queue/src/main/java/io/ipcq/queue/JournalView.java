// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.queue.JournalConsumer.Place;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at the files of a durable queue and writes nothing. Thread-safe: one looks at a time. */
final class JournalView<E> implements DurableQueueView<E>, JournalSource<E> {

    private final JournalFiles files;
    private final JournalControl control;
    private final JournalDecoder<E> decoder;
    private final JournalLookup lookup = new JournalLookup(this); // guarded by this
    private @Nullable ChronicleJournal journal; // guarded by this
    private boolean closed; // guarded by this

    JournalView(JournalFiles files, JournalControl control, JournalDecoder<E> decoder) {
        this.files = files;
        this.control = control;
        this.decoder = decoder;
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
    public JournalControl control() {
        return control;
    }

    @Override
    public synchronized ChronicleJournal journal() {
        if (closed) {
            throw new QueueClosedException("this view is closed: directory=" + files.directory() + "; open it again");
        }
        if (journal == null) {
            try {
                journal = ChronicleJournal.openReadOnly(files::holdJournal, control);
            } catch (IOException e) {
                throw storageFailed("the journal could not be opened", e);
            }
        }
        return journal;
    }

    @Override
    public synchronized <T extends @Nullable Object> T look(Function<JournalLookup, T> read) {
        journal();
        try {
            return read.apply(lookup);
        } catch (Exception | InternalError | AssertionError e) {
            throw storageFailed("the journal could not be read", e);
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
    public QueueStorageException damaged(long index, String what) {
        return files.damaged(index, what);
    }

    @Override
    public IpcException storageFailed(String what, Throwable cause) {
        return files.storageFailed(what, cause);
    }

    @Override
    public synchronized void close() {
        closed = true;
        lookup.close();
        ChronicleJournal open = journal;
        journal = null;
        if (open != null) {
            open.close();
        }
    }
}
