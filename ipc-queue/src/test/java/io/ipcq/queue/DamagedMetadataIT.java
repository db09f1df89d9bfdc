// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.TestJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to what Chronicle keeps about a journal; in a JVM in which Chronicle does not try for ten seconds each time. */
class DamagedMetadataIT {

    @TempDir
    Path directory;

    static final class Flipper {
        public static void main(String[] args) throws Exception {
            DamagedJournalTest test = new DamagedJournalTest();
            test.parent = Path.of(args[0]);
            test.createPristine();
            test.flipBytesOfMetadata();
        }
    }

    @Test
    void shouldNeverHandOutWhatNobodyPutWhateverByteOfMetadataIsFlipped() {
        List<String> impatient = List.of("-Dchronicle.table.store.timeoutMS=20");
        try (TestJvm flipper = TestJvm.start(impatient, Flipper.class, directory.toString())) {
            flipper.awaitSuccess();
        }
    }
}
