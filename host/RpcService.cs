using Grpc.Core;
using LocalFunctionsHost.Rpc;

namespace LocalFunctionsHost;

/// <summary>The stream over which host and worker talk.</summary>
internal sealed class RpcService(WorkerSupervisor workers) : FunctionRpc.FunctionRpcBase
{
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context
    )
    {
        var cancellationToken = context.CancellationToken;
        if (
            !await requestStream.MoveNext(cancellationToken)
            || workers.Find(requestStream.Current.StartStream?.WorkerId ?? "") is not { } worker
        )
            throw new Grpc.Core.RpcException(new Status(StatusCode.PermissionDenied, "This is no worker of this host."));

        var sending = worker.SendAllAsync(responseStream, cancellationToken);
        try
        {
            do await worker.ReceiveAsync(requestStream.Current);
            while (await requestStream.MoveNext(cancellationToken));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The worker's process ended.
        }
        finally
        {
            worker.Disconnect();
        }
    }
}
