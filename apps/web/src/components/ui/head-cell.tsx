/** The heading of a table's column. */
export function HeadCell({ label, look = "" }: { label: string; look?: string }) {
  return (
    <th scope="col" className={`py-1 font-medium ${look}`}>
      {label}
    </th>
  );
}
