using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Exports;

/// <summary>What an OData client asks for.</summary>
/// <param name="ServiceUrl">The service's own address, for those in the answer.</param>
/// <param name="NextLink">The address of the page after a row.</param>
public sealed record ODataRequest(
    SubmissionSpace Space,
    ExportSchema Schema,
    ODataAddress Address,
    ODataOptions Options,
    string ServiceUrl,
    Func<SkipToken, string> NextLink
)
{
    internal string Context => $"{ServiceUrl}/$metadata#{Address.Table.ODataName}";
}
