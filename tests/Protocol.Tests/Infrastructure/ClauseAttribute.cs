using Xunit.Abstractions;
using Xunit.Sdk;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The clause of docs/protocol.md that a test shows: `OR-042`. A test may show several.</summary>
[TraitDiscoverer("ServerlessRosa.Protocol.Tests.Infrastructure." + nameof(ClauseDiscoverer), "ServerlessRosa.Protocol.Tests")]
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ClauseAttribute(string id) : Attribute, ITraitAttribute
{
    public string Id { get; } = id;
}

public sealed class ClauseDiscoverer : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) =>
        [new("Clause", (string)traitAttribute.GetConstructorArguments().First())];
}
