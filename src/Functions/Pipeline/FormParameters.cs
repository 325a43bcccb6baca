using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// Parameters from the query or, with a POST, from the body: an HTML form or a JSON object of texts. The query takes precedence.
/// </summary>
public sealed class FormParameters
{
    private const int MaxBytes = 250_000;
    private readonly IQueryCollection _query;
    private readonly Dictionary<string, StringValues> _body;

    private FormParameters(IQueryCollection query, Dictionary<string, StringValues> body) => (_query, _body) = (query, body);

    /// <summary>Those whose names are numbers: as in ODK Central, a key's passphrase under the key's number.</summary>
    public IReadOnlyDictionary<string, string> Numbered =>
        _query
            .Concat(_body)
            .Where(pair => pair.Key.Length > 0 && pair.Key.All(char.IsAsciiDigit))
            .DistinctBy(pair => pair.Key)
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString());

    public string? this[string name] =>
        _query.TryGetValue(name, out var value) || _body.TryGetValue(name, out value) ? value.ToString() : null;

    public bool IsTrue(string name) => string.Equals(this[name], "true", StringComparison.OrdinalIgnoreCase);

    public bool IsFalse(string name) => string.Equals(this[name], "false", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses a body of more than 250 kB (400.36), JSON that is no object (400.1) of texts (400.11), and a cookie's POST without
    /// its `__csrf` (401.2).</summary>
    public static async Task<FormParameters> ReadAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var body = new Dictionary<string, StringValues>();
        if (HttpMethods.IsPost(request.Method))
        {
            var bytes = await BoundedBody.ReadAsync(request, MaxBytes, Problem.JsonTooLarge(), cancellationToken);
            if (request.HasFormContentType)
            {
                body = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(bytes.Span));
            }
            else if (request.HasJsonContentType())
            {
                body = Json.Texts(bytes);
            }
        }
        if (
            caller.ExpectedCsrf is { } csrf
            && (!body.TryGetValue("__csrf", out var given) || (given != csrf && Uri.UnescapeDataString(given.ToString()) != csrf))
        )
        {
            throw Problem.NotAuthenticated().AsException();
        }
        return new FormParameters(request.Query, body);
    }
}
