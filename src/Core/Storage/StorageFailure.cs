using Azure;

namespace ServerlessRosa.Core.Storage;

internal static class StorageFailure
{
    /// <summary>Whether storage refused an operation or could not be reached, after all retries of the client.</summary>
    public static bool Is(Exception exception) => exception is RequestFailedException or AggregateException or OperationCanceledException;
}
