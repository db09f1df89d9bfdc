// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a durable queue as one handle, or one view, has them open: the shared words, and the journal. What works
 * on them learns here whether it still may, and says here what is wrong with them. It knows no queue. Thread-safe.
 */
final class JournalStore {

    private final JournalFiles files;
    private final JournalControl control;
    private final boolean isReadOnly;
    /** Held since the queue was found, so that it need not be looked for again; null once the journal has it. */
    private @Nullable DirectoryHandle directory; // guarded by this

    private volatile @Nullable ChronicleJournal journal; // written under this
    private volatile boolean closed;

    private JournalStore(
            JournalFiles files, JournalControl control, @Nullable DirectoryHandle directory, boolean isReadOnly) {
        this.files = files;
        this.control = control;
        this.directory = directory;
        this.isReadOnly = isReadOnly;
    }

    /** Of a handle. */
    static JournalStore of(JournalFiles.Attachment attachment) {
        return new JournalStore(attachment.files(), attachment.control(), attachment.journal(), false);
    }

    /** Of a view, which goes on when the queue is deleted, as long as it finds what it reads. */
    static JournalStore readOnly(JournalFiles files, JournalControl control) {
        return new JournalStore(files, control, null, true);
    }

    JournalFiles files() {
        return files;
    }

    JournalControl control() {
        return control;
    }

    Path directory() {
        return files.directory();
    }

    /** Opens the journal at its first use: until then a handle costs a millisecond, not Chronicle's start. */
    ChronicleJournal journal() {
        ChronicleJournal open = journal;
        return open != null ? open : open();
    }

    private synchronized ChronicleJournal open() {
        ChronicleJournal open = journal;
        if (open == null) {
            requireOpen();
            try {
                open = isReadOnly
                        ? ChronicleJournal.openReadOnly(files::holdJournal, control)
                        : ChronicleJournal.open(this::holdJournal, control);
            } catch (Exception | InternalError | AssertionError e) {
                throw storageFailed("the journal could not be opened", e);
            }
            journal = open;
        }
        return open;
    }

    private DirectoryHandle holdJournal() throws IOException {
        DirectoryHandle held = directory;
        directory = null;
        return held != null ? held : files.holdJournal();
    }

    boolean isClosed() {
        return closed || isDeleted();
    }

    private boolean isDeleted() {
        return control.deletedVolatile() && !isReadOnly;
    }

    void requireOpen() {
        if (closed) {
            throw isReadOnly ? QueueClosedException.ofView(directory()) : QueueClosedException.ofHandle(directory());
        }
        if (isDeleted()) {
            throw QueueClosedException.ofDeleted(directory());
        }
    }

    /** Ends the handle; its files stay open for those who are inside. */
    void close() {
        closed = true;
    }

    /** Lets go of the files, once nobody is inside. */
    synchronized void closeFiles() {
        ChronicleJournal open = journal;
        DirectoryHandle held = directory;
        journal = null; // first, so that nobody gets it who comes now
        directory = null;
        try {
            if (open != null) {
                open.close();
            }
        } finally {
            if (held != null) {
                held.close();
            }
        }
    }

    /** What a failure of the storage is to callers. */
    IpcException storageFailed(String what, Throwable cause) {
        return files.storageFailed(what, cause);
    }

    /** Of a document, or what should be there, at an index. */
    QueueStorageException damaged(long index, String what) {
        return files.damaged(index, what);
    }
}
