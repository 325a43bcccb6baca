using System.Globalization;

namespace Azure.Data.Tables.Wire;

/// <summary>Values as OData literals.</summary>
internal static class ODataFilter
{
    public static string Create(FormattableString filter) => filter is null
        ? null
        : string.Format(CultureInfo.InvariantCulture, filter.Format, Array.ConvertAll(filter.GetArguments(), Literal));

    private static object Literal(object value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long or ulong => string.Create(CultureInfo.InvariantCulture, $"{value}L"),
        sbyte or byte or short or ushort or int or uint or float or double or decimal =>
            Convert.ToString(value, CultureInfo.InvariantCulture),
        Guid id => $"guid'{id}'",
        DateTimeOffset moment => string.Create(CultureInfo.InvariantCulture, $"datetime'{moment.UtcDateTime:O}'"),
        DateTime moment => string.Create(CultureInfo.InvariantCulture, $"datetime'{moment.ToUniversalTime():O}'"),
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        BinaryData data => $"X'{Convert.ToHexString(data.ToMemory().Span)}'",
        string or char => Quoted(value.ToString()),
        _ => throw new ArgumentException($"A filter cannot hold a {value.GetType()}."),
    };

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
