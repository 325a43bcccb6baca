using System.Xml;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The products as the fixture `commtrack:products` (CC-044).</summary>
public static class ProductWriter
{
    private const string Space = OpenRosaResponse.ResponseNamespace;

    public static async Task WriteAsync(XmlWriter xml, IEnumerable<Product> products, OwnerId user, Func<ValueTask> sendIfFull)
    {
        xml.WriteStartElement("fixture", Space);
        xml.WriteAttributeString("id", "commtrack:products");
        xml.WriteAttributeString("user_id", XmlOut.Text(user.Value));
        xml.WriteStartElement("products", Space);
        foreach (var product in products)
        {
            Write(xml, product);
            await sendIfFull();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, Product product)
    {
        xml.WriteStartElement("product", Space);
        xml.WriteAttributeString("id", XmlOut.Text(product.Id));
        xml.WriteElementString("name", Space, XmlOut.Text(product.Name));
        xml.WriteElementString("unit", Space, XmlOut.Text(product.Unit));
        xml.WriteElementString("code", Space, XmlOut.Text(product.Code));
        xml.WriteElementString("description", Space, XmlOut.Text(product.Description));
        xml.WriteElementString("category", Space, XmlOut.Text(product.Category));
        xml.WriteElementString("program_id", Space, XmlOut.Text(product.ProgramId));
        xml.WriteElementString("cost", Space, XmlOut.Text(product.Cost));
        xml.WriteStartElement("product_data", Space);
        foreach (var (name, text) in product.Data.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            xml.WriteElementString(FixtureNames.Clean(name), Space, XmlOut.Text(text));
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }
}
