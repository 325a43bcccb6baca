using Xunit.Abstractions;
using Xunit.Sdk;

namespace ServerlessRosa.Tests;

/// <summary>The clause of docs/protocol.md that a test shows: `OR-042`. A test may show several, and a class stands for all of its
/// tests. Compiled into each test assembly.</summary>
[TraitDiscoverer("ServerlessRosa.Tests." + nameof(ClauseDiscoverer), AssemblyName)]
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ClauseAttribute(string id) : Attribute, ITraitAttribute
{
    // The runner finds the discoverer by the name of the assembly that it is in.
#if CORE_TESTS
    private const string AssemblyName = "ServerlessRosa.Core.Tests";
#else
    private const string AssemblyName = "ServerlessRosa.Protocol.Tests";
#endif

    public string Id { get; } = id;
}

/// <summary>Lets `dotnet test --filter Clause=OR-042` find the tests.</summary>
public sealed class ClauseDiscoverer : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) =>
        [new("Clause", (string)traitAttribute.GetConstructorArguments().First())];
}
