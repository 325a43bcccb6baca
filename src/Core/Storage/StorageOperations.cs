using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Counts the storage requests of a unit of work, including retries. They determine cost and latency (docs/architecture.md, budgets).
/// </summary>
public sealed class StorageOperations
{
    private static readonly AsyncLocal<StorageOperations?> Ambient = new();
    private const int Unavailable = 503;
    private int _count;
    private int _busy;

    public int Count => Volatile.Read(ref _count);

    /// <summary>How many of them storage refused with 503: the server or the partition is busy.</summary>
    internal int Busy => Volatile.Read(ref _busy);

    /// <summary>The counter of the current asynchronous flow; null when nothing is counted.</summary>
    public static StorageOperations? Current => Ambient.Value;

    /// <summary>Starts counting for the current asynchronous flow and everything that it awaits.</summary>
    public static StorageOperations Begin() => Ambient.Value = new StorageOperations();

    internal static HttpPipelinePolicy Policy { get; } = new CountingPolicy();

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (Ambient.Value is { } operations)
            {
                Interlocked.Increment(ref operations._count);
            }
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Response.Status == Unavailable && Ambient.Value is { } operations)
            {
                Interlocked.Increment(ref operations._busy);
            }
        }
    }
}
