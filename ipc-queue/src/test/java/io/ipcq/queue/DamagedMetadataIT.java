// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.TestJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to what Chronicle keeps about a journal; in a JVM of its own, which it must not end. */
@Tag("once")
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
        try (TestJvm flipper = TestJvm.start(Flipper.class, directory.toString())) {
            flipper.awaitSuccess();
        }
    }
}
