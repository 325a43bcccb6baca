using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Counts the requests to storage that one unit of work costs, retries included. They are what a serverless user pays and waits for
/// (docs/architecture.md, budgets).
/// </summary>
public sealed class StorageOperations
{
    private static readonly AsyncLocal<StorageOperations?> Ambient = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>What is being counted here, if anything is.</summary>
    public static StorageOperations? Current => Ambient.Value;

    /// <summary>Starts counting for the current asynchronous flow and all that it awaits.</summary>
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
    }
}
