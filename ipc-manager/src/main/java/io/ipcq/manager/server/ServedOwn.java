// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.codec.CodecException;
import io.ipcq.manager.wire.Operation.OfObject;
import io.ipcq.manager.wire.OwnType;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** An object of the program's own. Clients can call exactly the methods of its registered interface. */
final class ServedOwn extends Served {

    private final OwnType type;
    private final Object target;
    private final Workers workers;

    ServedOwn(Key key, OwnType type, Object target, Workers workers) {
        super(key);
        this.type = type;
        this.target = target;
        this.workers = workers;
    }

    /**
     * Each call has a thread, because nobody knows whether it blocks. The thread is interrupted when its client is
     * gone.
     */
    @Override
    void call(Call call, String operation) {
        known(OfObject.class, operation); // there is one only
        OwnType.Operation method = type.operation(call.text(1));
        if (method == null) {
            throw noSuch(call.text(1));
        }
        call.session().count(call);
        Interruptible inMethod = new Interruptible();
        call.whenDeferred(() -> {
            if (call.session().isOver()) {
                inMethod.interrupt();
            }
        });
        workers.carryOut(call, () -> run(call, method, inMethod));
    }

    private void run(Call call, OwnType.Operation operation, Interruptible inMethod) {
        try {
            Object[] arguments = operation.decode(call.list(2));
            call.reply(operation.encode(invoke(call, operation.method(), arguments, inMethod)));
        } catch (CodecException e) {
            call.fail(new RpcException(
                    Protocol.INVALID_PARAMS,
                    "arguments or result are not of their types: method="
                            + operation.method().getName()));
        } catch (RuntimeException | Error e) {
            call.fail(e);
        }
    }

    private @Nullable Object invoke(Call call, Method method, Object[] arguments, Interruptible inMethod) {
        inMethod.begin();
        try {
            if (call.session().isOver()) { // it may have gone before there was anything to interrupt
                throw new RpcException(Protocol.CANCELLED, "the client is gone");
            }
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw RpcException.of(e.getCause() == null ? e : e.getCause());
        } catch (IllegalAccessException e) {
            throw new RpcException(Protocol.INTERNAL, "the method is not accessible: method=" + method.getName());
        } finally {
            inMethod.end();
        }
    }

    @Override
    void dispose() throws Exception {
        if (target instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
