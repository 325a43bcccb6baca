namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>
/// Damage to storage, and the kinds of differences that `verify` reports for it. With <see cref="Content"/>, only `verify --content`
/// reports it.
/// </summary>
internal sealed record Damage(Func<PopulatedServer, Task> ApplyAsync, params string[] Kinds)
{
    public bool Content { get; init; }
}
