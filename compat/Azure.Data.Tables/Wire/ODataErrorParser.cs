using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables.Wire;

/// <summary>Code and message of a refusal: <c>{"odata.error":{"code":"...","message":{"lang":"...","value":"..."}}}</c>.</summary>
internal sealed class ODataErrorParser : RequestFailedDetailsParser
{
    public const string FailedActionKey = "FailedEntity";

    public static ODataErrorParser Shared { get; } = new();

    public override bool TryParse(Response response, out ResponseError error, out IDictionary<string, string> data)
    {
        error = null;
        data = null;
        try
        {
            using var document = JsonDocument.Parse(response.Content.ToMemory());
            if (!document.RootElement.TryGetProperty("odata.error", out var body)) return false;

            var code = body.GetProperty("code").GetString();
            var message = body.GetProperty("message").GetProperty("value").GetString();
            error = new ResponseError(code, message);
            if (FailedAction(message) is { } index)
                data = new Dictionary<string, string> { [FailedActionKey] = index.ToString(CultureInfo.InvariantCulture) };
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // A proxy's error page, say: the status and the body itself then speak for themselves.
            return false;
        }
    }

    // In a transaction the message begins with the action's position: "2:The specified entity already exists."
    private static int? FailedAction(string message) =>
        message.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && int.TryParse(message.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
