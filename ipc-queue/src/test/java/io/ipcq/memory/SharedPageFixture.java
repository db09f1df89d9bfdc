// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A {@link SharedPage} for each test, in a directory of its own. */
abstract class SharedPageFixture {

    @TempDir
    Path directory;

    SharedPage page;

    @BeforeEach
    void create() throws IOException {
        page = SharedPage.create(directory);
    }

    @AfterEach
    void leave() {
        page.close();
    }
}
