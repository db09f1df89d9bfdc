// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.test.FaultLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The process in which errors come up. Arguments: the directory, the engine, how many points of each operation, the
 * seed.
 */
final class FaultProgram {

    private static final int SCENES_BETWEEN_NEIGHBOURS = 8;

    private FaultProgram() {}

    public static void main(String[] args) throws Exception {
        FaultEngine engine = FaultEngine.valueOf(args[1]);
        FaultLoop loop = new FaultLoop(Path.of(args[0]), Integer.parseInt(args[2]), Long.parseLong(args[3]));
        List<FaultOperation> operations = new ArrayList<>();
        if (args.length > 4) {
            for (String name : args[4].split(",")) {
                operations.add(FaultOperation.valueOf(name));
            }
        } else {
            operations.addAll(FaultOperation.of(engine));
        }
        int[] scenes = new int[1];
        try (FaultNeighbour neighbour = new FaultNeighbour()) {
            for (FaultOperation operation : operations) {
                loop.run(
                        operation.name(),
                        directory -> new FaultScene(
                                directory,
                                engine,
                                operation,
                                scenes[0]++ % SCENES_BETWEEN_NEIGHBOURS == 0 ? neighbour : null));
            }
        }
        System.exit(loop.finish() ? 0 : 1);
    }
}
