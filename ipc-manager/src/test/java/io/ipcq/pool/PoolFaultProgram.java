// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.test.FaultLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The process in which, or in whose workers, errors come up. Arguments: the directory, how many points of each
 * operation, the seed, after how many seconds no other operation is begun, the operations.
 */
final class PoolFaultProgram {

    private PoolFaultProgram() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        long seed = Long.parseLong(args[2]);
        FaultLoop loop = new FaultLoop(directory, Integer.parseInt(args[1]), seed);
        List<PoolFaultOperation> operations = new ArrayList<>(
                Stream.of(args[4].split(",")).map(PoolFaultOperation::valueOf).toList());
        Collections.shuffle(operations, new Random(seed));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[3]));
        try (PoolFaultScene.SharedPools pools = new PoolFaultScene.SharedPools(directory)) {
            for (PoolFaultOperation operation : operations) {
                if (System.nanoTime() - end < 0) {
                    loop.run(operation.name(), place -> new PoolFaultScene(place, operation, pools));
                }
            }
        }
        System.exit(loop.finish() ? 0 : 1);
    }
}
