// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of this package among the temporary files that no program needs any more. Thread-safe; process-safe. */
final class ChildLeftovers {

    private ChildLeftovers() {}

    /** Finds run directories of dead JVMs, and shared files that nobody has used for long. */
    static List<Path> find() throws IOException {
        Path base = PrivateFiles.temporaryDirectory();
        List<Path> found = new ArrayList<>(RunDirectory.abandoned(base));
        for (CacheDirectory cache : caches(base)) {
            found.addAll(cache.old());
        }
        return found;
    }

    /** Removes these files. Each program that starts children does this now and then. */
    static void sweep() throws IOException {
        Path base = PrivateFiles.temporaryDirectory();
        RunDirectory.sweep(base);
        caches(base).forEach(CacheDirectory::sweep);
    }

    private static List<CacheDirectory> caches(Path base) throws IOException {
        List<CacheDirectory> caches = new ArrayList<>();
        for (String prefix : List.of(ClassArchive.PREFIX, UnpackedProgram.PREFIX)) {
            CacheDirectory cache = CacheDirectory.existing(base, prefix);
            if (cache != null) {
                caches.add(cache);
            }
        }
        return caches;
    }
}
